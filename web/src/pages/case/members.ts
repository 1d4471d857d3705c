// The cases of a group, those that one may see.

import { api, call, type Schema } from '../../api/client';

type Case = Schema<'triage.v1.Case'>;
// Looked through at most, in thousands: what one person reads within an hour is limited.
const pages = 3;

export async function membersOf(head: Case): Promise<Case[]> {
  const found: Case[] = [];
  let page_token = '';
  for (let page = 0; page < pages; page += 1) {
    const { cases, next_page_token } = await call(api.GET('/v1/cases', { params: { query: { group_case_id: head.case_id, order_by: 'CASE_ORDER_OLDEST', page_size: 1000, page_token } } }));
    found.push(...cases);
    page_token = next_page_token;
    if (!page_token) break;
  }
  return found.sort((a, b) => a.number.localeCompare(b.number));
}
