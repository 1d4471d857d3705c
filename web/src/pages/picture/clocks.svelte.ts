// What statutory clocks are called: regimes and their stages come from the law files.

import { api, call, type Schema } from '../../api/client';

type Regime = Schema<'escalation.v1.Regime'>;

let regimes = $state.raw<Regime[]>([]);
let loading: Promise<void> | undefined;

export function loadRegimes(): void {
  loading ??= call(api.GET('/v1/regimes')).then((answer) => { regimes = answer.regimes; }, () => { loading = undefined; });
}

const regimeOf = (id: string) => regimes.find((one) => one.id === id);
export const regimeName = (id: string) => regimeOf(id)?.title ?? id;
export function stageName(regime: string, stage: string): string {
  const versions = regimeOf(regime)?.versions ?? [];
  return versions.flatMap((version) => version.stages).findLast((one) => one.id === stage)?.title ?? stage;
}
export const clockName = ({ number, regime, stage }: { number: string; regime: string; stage: string }) => `${stageName(regime, stage)}, ${number}`;
