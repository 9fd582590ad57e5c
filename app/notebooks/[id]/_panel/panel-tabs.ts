/** What stands beside the cells, in the order of the tabs. */
export const panelTabs = ["graph", "outline", "variables", "problems", "parameters", "packages", "files", "scratch", "comments"] as const;
export type PanelTab = (typeof panelTabs)[number];
