// When a version of a rule holds, and which of them is looked at first.

import { formatDate } from '../../i18n/format';
import { t } from '../../i18n/i18n.svelte';
import type { Regime, RegimeVersion } from '../duties/rule_book.svelte';
import { today } from './days';

export const dayWords = (day: string) => formatDate(`${day}T12:00:00Z`);
export const holds = ({ effective_from: from, effective_to: to }: RegimeVersion) => from <= today() && (!to || to >= today());
export const periodWords = ({ effective_from: from, effective_to: to }: RegimeVersion) => (to ? t('administration.regimes.from_to', { from: dayWords(from), to: dayWords(to) })
  : t('administration.regimes.from', { from: dayWords(from) }));
// The one in force; else the newest.
export const shownVersion = ({ versions }: Regime) => versions.find(holds) ?? versions.at(-1)!;
