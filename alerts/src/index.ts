/** The door of the alerts: policies in, rule files out. */
export { generateRules, type RuleFile } from './generate-rules.ts';
export { RULE_FORMATS, renderRules, type ObjectPlace, type RuleFormat } from './render-rules.ts';
export { DEFAULT_SETTINGS, type RuleSettings } from './rule.ts';
export { remarkOn } from './remark-on.ts';
