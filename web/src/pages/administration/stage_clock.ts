// By when a step of a regime must be done, and when its owner is reminded, in words.

import type { Schema } from '../../api/client';
import { formatDuration, formatNumber } from '../../i18n/format';
import { t } from '../../i18n/i18n.svelte';

type Version = Schema<'escalation.v1.RegimeVersion'>;
type Stage = Schema<'escalation.v1.Stage'>;

function start(version: Version, stage: Stage): string {
  const from = stage.clock?.from ?? '';
  if (from === 'aware') return t('administration.regimes.from_aware');
  if (from === 'found') return t('administration.regimes.from_found');
  if (from === 'handled') return t('administration.regimes.from_handled');
  const before = version.stages.find(({ id }) => `${id}.submitted` === from);
  return before ? t('administration.regimes.from_stage', { stage: before.title }) : '';
}
export function clockWords(version: Version, stage: Stage): string {
  const { hours, months, promptly, on_request: onRequest, internal_minutes: internal, internal_office_minutes: office } = stage.clock ?? {};
  const from = start(version, stage);
  if (hours) return t('administration.regimes.hours', { count: hours, from });
  if (months) return t('administration.regimes.months', { count: months, from });
  if (promptly && office) return t('administration.regimes.promptly_office_target', { from, hours: formatNumber(office / 60) });
  if (promptly) return internal ? t('administration.regimes.promptly_target', { from, target: formatDuration(internal * 60) }) : t('administration.regimes.promptly', { from });
  return onRequest ? t('administration.regimes.on_request') : '';
}

// Undefined where no time is counted, so that nobody is reminded.
export function reminderWords({ clock, remind_minutes_before: before, optional }: Stage): string | undefined {
  const minutes = clock?.hours ? clock.hours * 60 : clock?.promptly ? clock.internal_minutes ?? 0 : 0;
  const office = clock?.promptly ? clock.internal_office_minutes ?? 0 : 0;
  if (optional || (minutes + office === 0 && !clock?.months)) return undefined;
  if (before) return t('administration.reminders.before', { time: formatDuration(before * 60) });
  // A quarter of the time, when nothing else is said.
  return minutes > 0 ? t('administration.reminders.before', { time: formatDuration(minutes * 15) }) : t('administration.reminders.quarter');
}
