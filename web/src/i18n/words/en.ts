// The words with which nearly every page begins, in one file.

import report from '../messages/en/report.json';
import shell from '../messages/en/shell.json';
import terms from '../messages/en/terms.json';

export default { report, shell, terms };
