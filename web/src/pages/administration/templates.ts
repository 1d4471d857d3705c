// What a notice says, in a few words.

import { t } from '../../i18n/i18n.svelte';

const known = ['report_received', 'report_closed', 'report_answered', 'report_message', 'case_assigned', 'case_drawn_in', 'case_answered', 'stage_due_soon', 'stage_overdue'] as const;

export const templateName = (template: string) => (known.includes(template as (typeof known)[number]) ? t(`administration.templates.names.${template as (typeof known)[number]}`) : template);
