/** The door of the dashboards: the contract in, Grafana's dashboards out. */
export {};
