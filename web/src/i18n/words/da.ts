// The words with which nearly every page begins, in one file.

import report from '../messages/da/report.json';
import shell from '../messages/da/shell.json';
import terms from '../messages/da/terms.json';

export default { report, shell, terms };
