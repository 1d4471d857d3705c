// Log lines in the form the services use: one JSON object a line on stderr.

function write(level, event, fields) {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}

export const log = {
  info: (event, fields) => write('info', event, fields),
  warning: (event, fields) => write('warning', event, fields),
  error: (event, fields) => write('error', event, fields),
};

// Ends the program with one readable line, as the shell scripts do.
export function fail(message) {
  process.stderr.write(`avvik: ${message}\n`);
  process.exit(2);
}
