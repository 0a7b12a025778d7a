/** The door of the alerts: policies in, rules and Alertmanager's configuration out. */
export { generateAlertmanager, PAGING_FORMATS } from './generate-alertmanager.ts';
export { exportOpenSlo } from './export-openslo.ts';
export { readOpenSlo } from './read-openslo.ts';
export { remarkOnSloth, renderSloth } from './render-sloth.ts';
export { generateRules, type RuleFile } from './generate-rules.ts';
export { RULE_FORMATS, renderRules, type ObjectPlace, type RuleFormat } from './render-rules.ts';
export {
  DEFAULT_SETTINGS,
  type AlertingRule,
  type RecordingRule,
  type RuleGroup,
  type RuleSettings,
  type Texts,
} from './rule.ts';
export { remarkOn } from './remark-on.ts';
export { readPaging } from './paging.ts';
export { TEMPLATES } from './templates.ts';
