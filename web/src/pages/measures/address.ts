// Where a measure is worked with: among the measures of its case.
export const addressOf = ({ case_number }: { case_number: string }): string => `/cases/${case_number}#measures`;
