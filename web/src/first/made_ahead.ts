// For the build: the first question as HTML, in each language.

import { render } from 'svelte/server';
import { chooseLanguage, languageNames, loadAreas, t, type Language } from '../i18n/i18n.svelte';
import First from './First.svelte';

export async function templates(): Promise<string> {
  const made: string[] = [];
  for (const language of Object.keys(languageNames) as Language[]) {
    await chooseLanguage(language);
    await loadAreas(['shell', 'report']);
    const { body } = render(First);
    // Without the marks that tell Svelte's blocks apart: nothing goes on from here.
    made.push(`<template lang="${language}" title="${t('report.title')}">${body.replace(/<!--.*?-->/g, '').replace(/>\s+</g, '> <')}</template>`);
  }
  return made.join('\n    ');
}
