// Which cases the workbench shows, as it stands in the address, and the same for the API.

import type { Schema } from '../../api/client';
import type { operations } from '../../api/schema';

export type View = 'mine' | 'unit' | 'all' | 'nobody';
export type Order = 'due' | 'severity' | 'changed' | 'newest' | 'oldest';
export interface Filters {
  view: View;
  order: Order;
  q: string;
  state: string[];
  unit: string;
  system: string;
  owner: string;
  severity: string;
  category: string[];
  property: string[];
  sphere: string[];
  cause: string[];
  // Days of the calendar, `2026-11-21`.
  from: string;
  before: string;
  overdue: string;
  grouped: string;
  held: string;
}
export type ListQuery = NonNullable<operations['Triage_ListCases']['parameters']['query']>;

export const views: View[] = ['mine', 'unit', 'nobody', 'all'];
export const orders: Order[] = ['due', 'severity', 'changed', 'newest', 'oldest'];
export const states = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'CLOSED'];
export const categories = ['MISDIRECTED_MESSAGE', 'LOST_DEVICE', 'LOST_DOCUMENT', 'SUSPICIOUS_MESSAGE', 'UNAUTHORISED_ACCESS', 'INTRUSION', 'SYSTEM_DOWN',
  'UNINTENDED_PUBLICATION', 'WRONG_INFORMATION', 'IMPROPER_DISPOSAL', 'WEAKNESS', 'OTHER'];
export const properties = ['CONFIDENTIALITY', 'ACCURACY', 'AVAILABILITY', 'TRACEABILITY'];
export const severities = ['LOW', 'MODERATE', 'HIGH', 'CRITICAL'];
export const spheres = ['OPEN', 'PERSONAL_DATA', 'RESTRICTED', 'SECURITY_PROTECTION'];
export const causes = ['HUMAN_ERROR', 'TECHNICAL_FAULT', 'ROUTINE', 'SUPPLIER', 'ADVERSARY', 'UNKNOWN'];
const answers = ['yes', 'no'];

const one = <Value extends string>(value: string | null, of: readonly Value[], otherwise: Value | '' = ''): Value | '' =>
  (of.includes(value as Value) ? value as Value : otherwise);
const some = (values: string[], of: readonly string[]) => values.filter((value) => of.includes(value));
const day = (value: string | null) => (value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : '');

// What the address says; what it cannot mean is left out.
export function readFilters(query: URLSearchParams, otherwise: View): Filters {
  return {
    view: one(query.get('view'), views, otherwise) as View,
    order: one(query.get('order'), orders, 'due') as Order,
    q: (query.get('q') ?? '').slice(0, 200),
    state: some(query.getAll('state'), states),
    unit: query.get('unit') ?? '',
    system: query.get('system') ?? '',
    owner: query.get('owner') ?? '',
    severity: one(query.get('severity'), severities),
    category: some(query.getAll('category'), categories),
    property: some(query.getAll('property'), properties),
    sphere: some(query.getAll('sphere'), spheres),
    cause: some(query.getAll('cause'), causes),
    from: day(query.get('from')),
    before: day(query.get('before')),
    overdue: one(query.get('overdue'), answers),
    grouped: one(query.get('grouped'), answers),
    held: one(query.get('held'), answers),
  };
}

// A day begins at midnight where the browser is: the municipality's people are where it is.
const midnight = (value: string, daysLater = 0) => {
  const [year, month, date] = value.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, date + daysLater).toISOString();
};
const answer = (value: string) => (value ? `ANSWER_${value.toUpperCase()}` as Schema<'type.v1.Answer'> : undefined);
const list = (prefix: string, values: string[]) => (values.length > 0 ? values.map((value) => prefix + value) as never : undefined);

// What is asked of the API. `myUnit` is the unit that *my unit's* means.
export function toQuery(filters: Filters, myUnit: string): ListQuery {
  const query: ListQuery = {
    // What is closed is asked for by its state.
    states: list('CASE_STATE_', filters.state.length > 0 ? filters.state : states.slice(0, 3)),
    unit: filters.unit || (filters.view === 'unit' ? myUnit : undefined) || undefined,
    system: filters.system || undefined,
    owner: filters.owner || undefined,
    minimum_severity: filters.severity ? `SEVERITY_${filters.severity}` as Schema<'type.v1.Severity'> : undefined,
    categories: list('CATEGORY_', filters.category),
    properties: list('SECURITY_PROPERTY_', filters.property),
    spheres: list('SPHERE_', filters.sphere),
    causes: list('CAUSE_', filters.cause),
    received_from_time: filters.from ? midnight(filters.from) : undefined,
    // The day itself counts.
    received_before_time: filters.before ? midnight(filters.before, 1) : undefined,
    overdue: answer(filters.overdue),
    grouped: answer(filters.grouped),
    held: answer(filters.held),
    query: filters.q.trim() || undefined,
    ownership: filters.view === 'mine' ? 'OWNERSHIP_ME' : filters.view === 'nobody' ? 'OWNERSHIP_NOBODY' : undefined,
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as ListQuery;
}

export const orderOf = (order: Order) => `CASE_ORDER_${order.toUpperCase()}` as Schema<'triage.v1.CaseOrder'>;

// Filters beside view, order and words.
export function countOf(filters: Filters): number {
  const { view, order, q, ...rest } = filters;
  return Object.values(rest).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : value ? 1 : 0), 0);
}
