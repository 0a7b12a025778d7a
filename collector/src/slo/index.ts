/** The door of the SLO core. */
export { createBudgetBook, type BudgetBook } from './budget-book.ts';
export { forecastTiers, type TierForecast } from './forecast.ts';
export { KEPT_MS } from './hour-series.ts';
export type { Reckoning } from './reckon.ts';
