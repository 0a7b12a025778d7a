/** Wrong: importing this does something. */
import { writeSync } from 'node:fs';

writeSync(1, 'hello'); // caught: house/no-import-effect
