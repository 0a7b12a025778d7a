/** The import net; its rules are made from the table in test/architecture/import-table.ts. */
import { config } from './test/architecture/import-rules.ts';

export default config;
