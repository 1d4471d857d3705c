// The words with which nearly every page begins, in one file.

import report from '../messages/sv/report.json';
import shell from '../messages/sv/shell.json';
import terms from '../messages/sv/terms.json';

export default { report, shell, terms };
