// Every page there is: one row each. A page's code and texts are loaded when it is first opened. A row comes with its page;
// there are none for pages that are not built.

import type { Component } from 'svelte';
import type { Area, Key } from '../i18n/i18n.svelte';

export interface Route {
  // `:name` takes one part of the address, given to the page as `params.name`.
  path: string;
  page: () => Promise<{ default: Component<any> }>;
  // Areas of messages the page uses beside `shell`.
  areas: Area[];
  // Who may open it: everyone, whoever is signed in, or who has any of these permissions (docs/rights.md).
  access: 'everyone' | 'signed-in' | string[];
  // Where it stands in the navigation, by order; left out: nowhere. `start` is a sentence for the tile on the start page, `key`
  // the letter that opens it after `g`.
  nav?: { label: Key; start?: Key; order: number; icon: IconName; key?: string };
  // Takes the whole width of the screen.
  wide?: boolean;
  // With `?view=projector` it is shown without what surrounds pages.
  canStandAlone?: boolean;
}

export type IconName = 'report' | 'my' | 'receipt' | 'work' | 'check' | 'picture' | 'admin' | 'help' | 'shield' | 'clock';

// Whoever has to do with rules, organisation or operation; each part says who sees it.
const administration = ['regimes.read', 'organisation.change', 'organisation.history', 'operations.read', 'notices.read', 'erasures.read'];

export const routes: Route[] = [
  { path: '/', page: () => import('../pages/start/Start.svelte'), areas: ['start'], access: 'everyone' },
  { path: '/report', page: () => import('../pages/report/Report.svelte'), areas: ['report', 'terms'], access: 'everyone',
    nav: { label: 'shell.nav.report', start: 'shell.nav.report_start', order: 10, icon: 'report', key: 'r' } },
  { path: '/my-reports', page: () => import('../pages/my_reports/MyReports.svelte'), areas: ['my_reports', 'follow', 'terms'], access: 'signed-in',
    nav: { label: 'shell.nav.my_reports', start: 'shell.nav.my_reports_start', order: 20, icon: 'my', key: 'm' } },
  { path: '/my-reports/:id', page: () => import('../pages/my_reports/MyReport.svelte'), areas: ['my_reports', 'follow', 'report', 'terms'], access: 'signed-in' },
  { path: '/receipt', page: () => import('../pages/receipt/Receipt.svelte'), areas: ['receipt', 'follow', 'report', 'terms'], access: 'everyone',
    nav: { label: 'shell.nav.receipt', start: 'shell.nav.receipt_start', order: 30, icon: 'receipt' } },
  { path: '/accessibility', page: () => import('../pages/accessibility/Accessibility.svelte'), areas: ['accessibility'], access: 'everyone' },
  { path: '/privacy', page: () => import('../pages/privacy/Privacy.svelte'), areas: ['privacy'], access: 'everyone' },
  {
    path: '/cases', page: () => import('../pages/cases/Cases.svelte'), areas: ['cases', 'terms'], access: ['cases.read'], wide: true,
    nav: { label: 'shell.nav.cases', start: 'shell.nav.cases_start', order: 30, icon: 'work', key: 'c' },
  },
  { path: '/cases/:id', page: () => import('../pages/case/Case.svelte'), areas: ['case', 'cases', 'duties', 'terms'], access: ['cases.read'], wide: true },
  { path: '/measures', page: () => import('../pages/measures/Measures.svelte'), areas: ['measures', 'cases', 'terms'], access: ['cases.read'], wide: true,
    nav: { label: 'shell.nav.measures', start: 'shell.nav.measures_start', order: 40, icon: 'check' } },
  { path: '/deadlines', page: () => import('../pages/deadlines/Deadlines.svelte'), areas: ['deadlines', 'case', 'terms'], access: ['duties.read'], wide: true,
    nav: { label: 'shell.nav.deadlines', start: 'shell.nav.deadlines_start', order: 45, icon: 'clock', key: 't' } },
  { path: '/duties/:duty/:stage', page: () => import('../pages/dossier/Dossier.svelte'), areas: ['dossier', 'case', 'terms'], access: ['duties.read'], wide: true },
  { path: '/breaches', page: () => import('../pages/breaches/Breaches.svelte'), areas: ['breaches', 'duties', 'case', 'terms'], access: ['duties.read'], wide: true,
    nav: { label: 'shell.nav.breaches', start: 'shell.nav.breaches_start', order: 50, icon: 'shield' } },
  { path: '/sessions', page: () => import('../pages/sessions/Sessions.svelte'), areas: ['sessions'], access: 'signed-in' },
  { path: '/signed-in', page: () => import('../pages/sessions/SignedIn.svelte'), areas: ['sessions'], access: 'everyone' },
  { path: '/picture', page: () => import('../pages/picture/Picture.svelte'), areas: ['picture', 'terms'], access: ['figures.read'], wide: true, canStandAlone: true,
    nav: { label: 'shell.nav.picture', start: 'shell.nav.picture_start', order: 60, icon: 'picture', key: 'p' } },
  { path: '/administration', page: () => import('../pages/administration/Administration.svelte'), areas: ['administration', 'case', 'duties', 'terms'], access: administration,
    nav: { label: 'shell.nav.administration', start: 'shell.nav.administration_start', order: 70, icon: 'admin', key: 'a' } },
  { path: '/administration/:part', page: () => import('../pages/administration/Administration.svelte'), areas: ['administration', 'case', 'duties', 'terms'], access: administration },
];

export const navigation = routes.filter((route) => route.nav).sort((a, b) => a.nav!.order - b.nav!.order);
