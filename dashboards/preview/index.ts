/** The door of the preview: draws dashboards without Grafana, for reviewers, tests and the pictures of the documentation. */
export { interpolate, type Filling, type VariableValue } from './interpolate.ts';
export { startPreview } from './server.ts';
