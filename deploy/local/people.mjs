// Prints the people of an organisation file as a table: login, name, roles.

import { fail } from './lib/log.mjs';
import { readOrganisation } from './lib/people.mjs';

function main(file) {
  let organisation;
  try {
    organisation = readOrganisation(file);
  } catch (error) {
    fail(error.message);
  }
  const rows = organisation.people.map(({ login, name, roles, unit }) => {
    const held = roles.map(({ title, unit: where }) => (where ? `${title} (${where})` : title)).join(', ');
    return [login, name, held || `Employee${unit ? `, ${unit}` : ''}`];
  });
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  for (const [login, name, roles] of rows) {
    console.log(`  ${login.padEnd(widths[0])}  ${name.padEnd(widths[1])}  ${roles}`);
  }
}

main(process.argv[2]);
