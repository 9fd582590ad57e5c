/** Whether less or more of a metric is better, as far as its name tells. */
export type Direction = "lower" | "higher";

const lower = new Set([
  "loss",
  "error",
  "err",
  "mae",
  "mse",
  "rmse",
  "mape",
  "nll",
  "perplexity",
  "crossentropy",
  "entropy",
  "logloss",
  "latency",
  "duration",
  "time",
  "cost",
  "regret",
  "distance",
  "brier",
  "residual",
  "deviance",
  "misclassification",
]);
const higher = new Set([
  "accuracy",
  "acc",
  "auc",
  "auroc",
  "roc",
  "ap",
  "map",
  "f1",
  "precision",
  "recall",
  "score",
  "r2",
  "reward",
  "return",
  "iou",
  "dice",
  "bleu",
  "rouge",
  "sensitivity",
  "specificity",
  "likelihood",
  "throughput",
  "correlation",
  "kappa",
  "mcc",
  "hits",
]);

/** Undefined when the name says nothing: then no difference is called good or bad. */
export function directionOf(name: string): Direction | undefined {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  // The last telling word decides: "accuracy error" is an error, "error recall" a recall.
  for (const word of words.reverse()) {
    if (lower.has(word)) return "lower";
    if (higher.has(word)) return "higher";
  }
  return undefined;
}

export function isBetter(a: number, b: number, direction: Direction): boolean {
  return direction === "lower" ? a < b : a > b;
}
