// The cases of a group. The API tells of each case which group it is in: those that are in any are looked through until all
// members are found.

import { api, call, type Schema } from '../../api/client';

type Case = Schema<'triage.v1.Case'>;
// Grouped cases looked through at most, in thousands: what one person reads within an hour is limited.
const pages = 3;

export async function membersOf(head: Case): Promise<Case[]> {
  const wanted = Number(head.member_count);
  const found: Case[] = [];
  let page_token = '';
  for (let page = 0; page < pages && found.length < wanted; page += 1) {
    const { cases, next_page_token } = await call(api.GET('/v1/cases', { params: { query: { grouped: 'ANSWER_YES', order_by: 'CASE_ORDER_CHANGED', page_size: 1000, page_token } } }));
    found.push(...cases.filter(({ group_case_id }) => group_case_id === head.case_id));
    page_token = next_page_token;
    if (!page_token) break;
  }
  return found.sort((a, b) => a.number.localeCompare(b.number));
}
