// ---
// title: Flight delays
// description: Half a million flights, boosted trees, and a forecast for days the model has not seen.
// ---

// %% [markdown]
// # Flight delays
//
// A plane leaves the gate. Will it land fifteen minutes late or worse? Half a million flights of early 2001 show how to
// work with data of size in Heddle: columns of numbers instead of objects, a model trained in one task, and a fan-out
// that forecasts held-out days side by side.

// %% Parameters [params]
import { param } from "heddle";

const flightCount = param(545_000, {
  min: 200000,
  max: 3000000,
  integer: true,
  title: "Flights to read",
});
const heldOutDays = param(7, {
  min: 1,
  max: 14,
  integer: true,
  title: "Days held out",
  description: "The last ones.",
});
const rounds = param(60, {
  min: 1,
  max: 1000,
  integer: true,
  title: "Boosting rounds",
});
const depth = param(5, { min: 1, max: 8, integer: true, title: "Depth of a tree" });
const learningRate = param(0.25, { min: 0.01, max: 1, title: "Learning rate" });
const patience = param(10, {
  min: 1,
  max: 1000,
  integer: true,
  title: "Rounds without progress before stopping",
});

// %% [markdown]
// ## Columns, not objects
//
// The file is Parquet: columns, packed in groups of rows, so we decode only the part we need. The value of the next cell is
// an [Arrow](https://arrow.apache.org) table, which is columns again. It is stored once, and a task that reads it gets
// its bytes as they lie there: nothing is parsed, and no object is made per flight.

// %% Read the flights memory=1GB
import { tableFromArrays } from "apache-arrow";
import { dataset, log } from "heddle";
import { parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const _bytes = await dataset("flights-3m.parquet").bytes();
const _minute = new Int32Array(flightCount);
const _delay = new Int16Array(flightCount);
const _distance = new Int16Array(flightCount);
const _origin = new Uint16Array(flightCount);
const _destination = new Uint16Array(flightCount);

const _codes = new Map<string, number>();
const _code = (airport: string): number => {
  const known = _codes.get(airport) ?? _codes.size;
  _codes.set(airport, known);
  return known;
};

const _start = Date.UTC(2001, 0, 1);
const _store: Record<string, (value: never, row: number) => unknown> = {
  date: (value: Date, row) => (_minute[row] = (value.getTime() - _start) / 60_000),
  delay: (value: bigint, row) => (_delay[row] = Number(value)),
  distance: (value: bigint, row) => (_distance[row] = Number(value)),
  origin: (value: string, row) => (_origin[row] = _code(value)),
  destination: (value: string, row) => (_destination[row] = _code(value)),
};
await parquetRead({
  file: new Uint8Array(_bytes).buffer,
  compressors,
  columns: Object.keys(_store),
  rowEnd: flightCount,
  onChunk({ columnName, columnData, rowStart }) {
    const store = _store[columnName]!;
    const count = Math.min(columnData.length, flightCount - rowStart);
    for (let index = 0; index < count; index++)
      store(columnData[index] as never, rowStart + index);
  },
});

/**
 * Minutes since New Year 2001 by the clock of the airport of departure, minutes
 * late, miles, and codes of airports.
 */
const flights = tableFromArrays({
  minute: _minute,
  delay: _delay,
  distance: _distance,
  origin: _origin,
  destination: _destination,
});
log.info(
  `${flights.numRows.toLocaleString("en")} flights between ${_codes.size} airports, in the order they left`,
);
flights;

// %% Look at hours and days
import { chart } from "heddle";

const _minutes = flights.getChild("minute")!.toArray();
const _delays = flights.getChild("delay")!.toArray();

const _lateShare = (groupOf: (minute: number) => number) => {
  const groups = new Map<number, { flights: number; late: number }>();
  _minutes.forEach((minute, row) => {
    const key = groupOf(minute);
    const group = groups.get(key) ?? { flights: 0, late: 0 };
    groups.set(key, {
      flights: group.flights + 1,
      late: group.late + +(_delays[row]! >= 15),
    });
  });
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, { flights, late }]) => ({ group, share: late / flights }));
};

chart({
  mark: "bar",
  title: "Whoever leaves late at night lands late",
  x: { field: "group", title: "Hour of departure", scale: "category" },
  y: { field: "share", title: "Share of flights 15 minutes late or worse" },
  rows: _lateShare((minute) => Math.floor((minute % 1440) / 60)),
});

chart({
  mark: "line",
  title: "Good days and bad days",
  x: { field: "group", title: "Day of 2001" },
  y: { field: "share", title: "Share of flights 15 minutes late or worse" },
  rows: _lateShare((minute) => Math.floor(minute / 1440) + 1),
});

// %% [markdown]
// ## What is known at the gate
//
// A feature may use only what was known when the plane left. The weekday, the hour and the distance are. So is how punctual
// an airport was in the days of training. And so is the fate of the planes that left the same airport earlier and have
// landed by now: when they were late, this one may be.
//
// The times are local. At the airport of departure that is one clock. The clock of the destination may be five hours
// behind, so from there we take only news that is five hours old.

// %% Split by day
const _left = flights.getChild("minute")!.toArray();
const _firstRowOf = (day: number) =>
  _left.findIndex((minute) => minute >= day * 1440);

/** The limit cuts the last day short: it is left out. */
const _end = Math.floor(_left.at(-1)! / 1440);
const _test = _end - heldOutDays;

interface Day {
  date: string;
  from: number;
  to: number;
}

/**
 * Flights stand in the order they left, so a span of days is a span of rows:
 * validation is the five days before the test.
 */
const validationStart = _firstRowOf(_test - 5);
const testStart = _firstRowOf(_test);
const days = Array.from({ length: heldOutDays }, (_, index): Day => ({
  date: new Date(Date.UTC(2001, 0, 1 + _test + index)).toISOString().slice(0, 10),
  from: _firstRowOf(_test + index),
  to: _firstRowOf(_test + index + 1),
}));
days;

// %% Build the features memory=1GB
const _left = flights.getChild("minute")!.toArray();
const _distance = flights.getChild("distance")!.toArray();
const _origin = flights.getChild("origin")!.toArray();
const _destination = flights.getChild("destination")!.toArray();

/** 1 for a flight that landed 15 minutes late or worse. */
const late = Uint8Array.from(
  flights.getChild("delay")!.toArray(),
  (delay) => +(delay >= 15),
);

const _landed = _left.map((minute, row) => minute + 45 + _distance[row]! / 7.5);
const _usual = share(late.subarray(0, validationStart));
const features: Features = {
  "time of day": Float32Array.from(_left, (minute) => minute % 1440),
  weekday: Float32Array.from(_left, (minute) => Math.floor(minute / 1440) % 7),
  distance: Float32Array.from(_distance),
  "origin, usually": usuallyLate(_origin, late, validationStart),
  "destination, usually": usuallyLate(_destination, late, validationStart),
  "origin, recently": recentlyLate(_origin, _left, _landed, late, _usual),
  "destination, recently": recentlyLate(
    _destination,
    _left,
    _landed.map((minute) => minute + 300),
    late,
    _usual,
  ),
};

// %% Features
/** Columns by name, all of one length. */
type Features = Record<string, Float32Array>;

function rowsOf(features: Features, from: number, to: number): Float32Array[] {
  return Object.values(features).map((column) => column.subarray(from, to));
}

function share(late: Uint8Array): number {
  return late.reduce((sum, one) => sum + one, 0) / late.length;
}

/**
 * The share of late flights of each airport in the first `rows`, drawn to the mean
 * where flights are few.
 */
function usuallyLate(
  airport: Uint16Array,
  late: Uint8Array,
  rows: number,
): Float32Array {
  const lateCount = new Float64Array(2 ** 16);
  const count = new Float64Array(2 ** 16);
  for (let row = 0; row < rows; row++) {
    lateCount[airport[row]!]! += late[row]!;
    count[airport[row]!]! += 1;
  }
  const mean = share(late.subarray(0, rows));
  return Float32Array.from(
    airport,
    (code) => (lateCount[code]! + 100 * mean) / (count[code]! + 100),
  );
}

/**
 * For each flight, the share of late ones among the flights of its airport that
 * had landed when it left. A flight counts half after two hours, a quarter after
 * four. `left` ascends; `landed` is what each flight needs to become news.
 */
function recentlyLate(
  airport: Uint16Array,
  left: Int32Array,
  landed: Int32Array,
  late: Uint8Array,
  usual: number,
) {
  const byLanding = Uint32Array.from(landed.keys()).sort(
    (a, b) => landed[a]! - landed[b]!,
  );
  const lateWeight = new Float64Array(2 ** 16);
  const weight = new Float64Array(2 ** 16);
  const asOf = new Float64Array(2 ** 16);
  const fadeTo = (code: number, now: number) => {
    const fade = 2 ** ((asOf[code]! - now) / 120);
    lateWeight[code]! *= fade;
    weight[code]! *= fade;
    asOf[code] = now;
  };

  let next = 0;
  return Float32Array.from(left, (now, row) => {
    for (; next < byLanding.length && landed[byLanding[next]!]! <= now; next++) {
      const news = byLanding[next]!;
      fadeTo(airport[news]!, landed[news]!);
      lateWeight[airport[news]!]! += late[news]!;
      weight[airport[news]!]! += 1;
    }
    fadeTo(airport[row]!, now);
    return (lateWeight[airport[row]!]! + usual) / (weight[airport[row]!]! + 1);
  });
}

// %% [markdown]
// ## Boosted trees
//
// Each tree corrects the sum of those before it. To grow fast, training sorts every column into at most 64 bins once, and
// then finds a node's best cut from the sums per bin. That is all of it, in a page of TypeScript.
//
// A model is an instance of a class of this notebook. It travels from task to task like any value, and arrives as an
// instance with its methods.

// %% Boosted trees
/**
 * Node n asks whether its feature is at most the threshold, and goes on to 2n+1
 * (yes) or 2n+2 (no).
 */
interface Tree {
  /** -1 in a leaf. */
  feature: Int16Array;
  threshold: Float32Array;
  /** What the cut is worth. */
  gain: Float32Array;
  /** What a leaf adds to the log-odds. */
  value: Float32Array;
}

class BoostedTrees {
  readonly trees: Tree[] = [];
  readonly prior: number;

  constructor(prior: number) {
    this.prior = prior;
  }

  /** Log-odds of being late, one per row. */
  logOdds(columns: Float32Array[]): Float32Array {
    const odds = new Float32Array(columns[0]!.length).fill(this.prior);
    for (const tree of this.trees) addTree(tree, columns, odds);
    return odds;
  }

  /** Chances of being late, one per row. */
  chances(columns: Float32Array[]): Float32Array {
    return this.logOdds(columns).map(sigmoid);
  }
}

function addTree(
  { feature, threshold, value }: Tree,
  columns: Float32Array[],
  odds: Float32Array,
): void {
  for (let row = 0; row < odds.length; row++) {
    let node = 0;
    for (let asked = feature[0]!; asked >= 0; asked = feature[node]!) {
      node = 2 * node + (columns[asked]![row]! <= threshold[node]! ? 1 : 2);
    }
    odds[row]! += value[node]!;
  }
}

function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/**
 * Upper edges of at most 64 bins that hold about as many rows each; the last bin
 * has none.
 */
function binEdges(column: Float32Array): Float32Array {
  const sample = column
    .filter((_, row) => row % 16 === 0 || column.length < 100_000)
    .sort();
  const edges = Array.from(
    { length: 63 },
    (_, bin) => sample[Math.floor(((bin + 1) * sample.length) / 64)]!,
  );
  return Float32Array.from(new Set(edges));
}

/** The bin of each value, row after row. */
function toBins(columns: Float32Array[], edges: Float32Array[]): Uint8Array {
  const bins = new Uint8Array(columns.length * columns[0]!.length);
  columns.forEach((column, feature) => {
    column.forEach((value, row) => {
      let low = 0;
      let high = edges[feature]!.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (value <= edges[feature]![middle]!) high = middle;
        else low = middle + 1;
      }
      bins[row * columns.length + feature] = low;
    });
  });
  return bins;
}

/** What a leaf with these sums lowers the loss by; `5` keeps small leaves modest. */
const worth = (gradient: number, curvature: number) =>
  gradient ** 2 / (curvature + 5);

/**
 * Grows one tree, level by level, against the gradient and curvature of the loss
 * per row. `bins` holds the bins of one row after another. Gives the tree, and the
 * leaf that each row fell into.
 */
function growTree(
  bins: Uint8Array,
  edges: Float32Array[],
  gradient: Float32Array,
  curvature: Float32Array,
  { depth, learningRate }: { depth: number; learningRate: number },
): { tree: Tree; leaf: Uint16Array } {
  const size = 2 ** (depth + 1) - 1;
  const tree: Tree = {
    feature: new Int16Array(size).fill(-1),
    threshold: new Float32Array(size),
    gain: new Float32Array(size),
    value: new Float32Array(size),
  };
  const cutBin = new Uint8Array(size);
  const leaf = new Uint16Array(gradient.length);

  for (let level = 0; level < depth; level++) {
    const first = 2 ** level - 1;
    const sums = sumByBin(bins, leaf, first, gradient, curvature);
    for (let node = first; node <= 2 * first; node++) {
      for (const [feature, { length: cuts }] of edges.entries()) {
        const at = ((node - first) * edges.length + feature) * 128;
        const cut = bestCut(sums.subarray(at, at + 128), cuts);
        if (cut.gain <= tree.gain[node]!) continue;
        tree.feature[node] = feature;
        tree.threshold[node] = edges[feature]![cut.bin]!;
        tree.gain[node] = cut.gain;
        cutBin[node] = cut.bin;
      }
    }
    for (let row = 0; row < leaf.length; row++) {
      const node = leaf[row]!;
      if (node < first || tree.feature[node]! < 0) continue;
      leaf[row] =
        2 * node +
        (bins[row * edges.length + tree.feature[node]!]! <= cutBin[node]! ? 1 : 2);
    }
  }

  const sums = new Float64Array(2 * size);
  for (let row = 0; row < leaf.length; row++) {
    sums[2 * leaf[row]!]! += gradient[row]!;
    sums[2 * leaf[row]! + 1]! += curvature[row]!;
  }
  for (let node = 0; node < size; node++) {
    tree.value[node] =
      (-learningRate * sums[2 * node]!) / (sums[2 * node + 1]! + 5);
  }
  return { tree, leaf };
}

/**
 * For each node of a level and each feature 64 pairs: the sums of gradient and
 * curvature of the node's rows per bin.
 */
function sumByBin(
  bins: Uint8Array,
  leaf: Uint16Array,
  first: number,
  gradient: Float32Array,
  curvature: Float32Array,
): Float64Array {
  const features = bins.length / leaf.length;
  const sums = new Float64Array((first + 1) * features * 128);
  for (let row = 0; row < leaf.length; row++) {
    const node = leaf[row]! - first;
    if (node < 0) continue;
    const slope = gradient[row]!;
    const bend = curvature[row]!;
    for (let feature = 0; feature < features; feature++) {
      const at =
        (node * features + feature) * 128 + bins[row * features + feature]! * 2;
      sums[at]! += slope;
      sums[at + 1]! += bend;
    }
  }
  return sums;
}

/**
 * The cut of a node that is worth most, with at least some flights on each side; a
 * gain of 0 when there is none.
 */
function bestCut(sums: Float64Array, cuts: number): { gain: number; bin: number } {
  let allGradient = 0;
  let allCurvature = 0;
  for (let at = 0; at < sums.length; at += 2) {
    allGradient += sums[at]!;
    allCurvature += sums[at + 1]!;
  }
  const best = { gain: 0, bin: 0 };
  let gradient = 0;
  let curvature = 0;
  for (let bin = 0; bin < cuts; bin++) {
    gradient += sums[2 * bin]!;
    curvature += sums[2 * bin + 1]!;
    if (curvature < 20 || allCurvature - curvature < 20) continue;
    const apart =
      worth(gradient, curvature) +
      worth(allGradient - gradient, allCurvature - curvature);
    const gain = apart - worth(allGradient, allCurvature);
    if (gain > best.gain) Object.assign(best, { gain, bin });
  }
  return best;
}

// %% Scores
/** Mean of minus the logarithm of the chance given to what happened. */
function logLossOf(chances: Float32Array, late: Uint8Array): number {
  return (
    chances.reduce(
      (sum, chance, row) => sum - Math.log(late[row] ? chance : 1 - chance),
      0,
    ) / chances.length
  );
}

/**
 * How often a late flight was given a higher chance than one that was not; 0.5 is
 * guessing.
 */
function areaUnderCurve(chances: Float32Array, late: Uint8Array): number {
  const lateOnes = chances.filter((_, row) => late[row] === 1).sort();
  const others = chances.filter((_, row) => late[row] === 0).sort();
  let lower = 0;
  let notHigher = 0;
  let won = 0;
  for (const chance of lateOnes) {
    while (others[lower]! < chance) lower++;
    while (others[notHigher]! <= chance) notHigher++;
    won += (lower + notHigher) / 2;
  }
  return won / (lateOnes.length * others.length);
}

/** Features by the share of all gain that their cuts brought, the greatest first. */
function gainByFeature(
  { trees }: BoostedTrees,
  names: string[],
): { feature: string; gain: number }[] {
  const gains = names.map(() => 0);
  for (const tree of trees)
    tree.feature.forEach(
      (feature, node) => feature >= 0 && (gains[feature]! += tree.gain[node]!),
    );
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return names
    .map((feature, index) => ({ feature, gain: gains[index]! / total }))
    .sort((a, b) => b.gain - a.gain);
}

// %% Train cpu=1 memory=1GB timeout=10m
import { log, metric, progress } from "heddle";

const _columns = rowsOf(features, 0, validationStart);
const _late = late.subarray(0, validationStart);
const _edges = _columns.map(binEdges);
const _bins = toBins(_columns, _edges);
const _validation = rowsOf(features, validationStart, testStart);
const _validationLate = late.subarray(validationStart, testStart);

const model = new BoostedTrees(Math.log(share(_late) / (1 - share(_late))));
const _odds = new Float32Array(_late.length).fill(model.prior);
const _validationOdds = new Float32Array(_validationLate.length).fill(model.prior);
const _gradient = new Float32Array(_late.length);
const _curvature = new Float32Array(_late.length);

let _best = { round: 0, loss: Infinity };
for (let round = 1; round <= rounds && round <= _best.round + patience; round++) {
  let loss = 0;
  for (let row = 0; row < _late.length; row++) {
    const chance = sigmoid(_odds[row]!);
    _gradient[row] = chance - _late[row]!;
    _curvature[row] = chance * (1 - chance);
    loss -= Math.log(_late[row] ? chance : 1 - chance);
  }
  const { tree, leaf } = growTree(_bins, _edges, _gradient, _curvature, {
    depth,
    learningRate,
  });
  model.trees.push(tree);
  for (let row = 0; row < leaf.length; row++)
    _odds[row]! += tree.value[leaf[row]!]!;
  addTree(tree, _validation, _validationOdds);

  const validationLoss = logLossOf(_validationOdds.map(sigmoid), _validationLate);
  metric("loss", loss / _late.length, { step: round });
  metric("validation loss", validationLoss, { step: round });
  if (validationLoss < _best.loss) _best = { round, loss: validationLoss };
  progress(round, rounds);
}
model.trees.length = _best.round;
log.info(
  `Kept ${_best.round} trees, grown on ${_late.length.toLocaleString("en")} flights`,
);

// %% [markdown]
// ## Forecast the days ahead
//
// One task per day that was held out, each with the model and the columns. A day that has been forecast stays in the
// cache until the model or its flights change.

// %% Forecast a day each="day of days"
import { metric } from "heddle";

const chances = model.chances(rowsOf(features, day.from, day.to));
metric("AUC", areaUnderCurve(chances, late.subarray(day.from, day.to)));

// %% Hourly rates
/**
 * The forecast to beat: the share of late flights at this hour of the day, in the
 * days of training.
 */
const hourlyRates = Float32Array.from({ length: 24 }, (_, hour) =>
  share(
    late
      .subarray(0, validationStart)
      .filter((_, row) => Math.floor(features["time of day"]![row]! / 60) === hour),
  ),
);

// %% Report
import { chart, markdown, metrics } from "heddle";

const _truth = late.subarray(days[0]!.from, days.at(-1)!.to);
const _model = Float32Array.from(chances.flatMap((day) => [...day]));
const _hourly = features["time of day"]!.subarray(
  days[0]!.from,
  days.at(-1)!.to,
).map((minute) => hourlyRates[Math.floor(minute / 60)]!);

export const auc = areaUnderCurve(_model, _truth);
export const baselineAuc = areaUnderCurve(_hourly, _truth);
export const logLoss = logLossOf(_model, _truth);
export const baselineLogLoss = logLossOf(_hourly, _truth);
metrics({ auc, baselineAuc, logLoss, baselineLogLoss });

/** Twenty bins of the forecast chance: what was said, and what happened. */
chart({
  mark: "line",
  title: "Calibration: of the flights given a chance, how many were late?",
  x: { field: "said", title: "Forecast chance of being late" },
  y: { field: "happened", title: "Share that was late" },
  series: "line",
  rows: [
    ...Array.from({ length: 20 }, (_, bin) => {
      const chosen = (_: unknown, row: number) =>
        Math.floor(_model[row]! * 20) === bin;
      const said = _model.filter(chosen);
      const average = said.reduce((sum, chance) => sum + chance, 0) / said.length;
      return {
        line: "forecast",
        said: average,
        happened: share(_truth.filter(chosen)),
        flights: said.length,
      };
    }).filter(({ flights }) => flights >= 100),
    { line: "ideal", said: 0, happened: 0 },
    { line: "ideal", said: 0.8, happened: 0.8 },
  ],
});

chart({
  mark: "bar",
  title: "Area under the curve, day by day",
  x: { field: "date", scale: "category" },
  y: { field: "auc", title: "AUC" },
  series: "forecast",
  rows: days.flatMap(({ date, from, to }, index) => {
    const hourly = _hourly.subarray(from - days[0]!.from, to - days[0]!.from);
    return [
      {
        date,
        forecast: "hour of the day",
        auc: areaUnderCurve(hourly, late.subarray(from, to)),
      },
      {
        date,
        forecast: "boosted trees",
        auc: areaUnderCurve(chances[index]!, late.subarray(from, to)),
      },
    ];
  }),
});

chart({
  mark: "bar",
  title: "What the trees ask for",
  x: { field: "feature", scale: "category" },
  y: { field: "gain", title: "Share of the loss taken away" },
  rows: gainByFeature(model, Object.keys(features)),
});

markdown(`
${_truth.length.toLocaleString("en")} flights on ${days.length} days that the model had not seen:

| forecast | AUC | log loss |
| --- | ---: | ---: |
| hour of the day | ${baselineAuc.toFixed(3)} | ${baselineLogLoss.toFixed(4)} |
| boosted trees (${model.trees.length}) | ${auc.toFixed(3)} | ${logLoss.toFixed(4)} |
`);

// %% [markdown]
// **Try it:** set the depth to 7 and run again. The flights, the days and the features come from the cache. Does the validation
// loss agree that deeper is better? And what does the training loss say?
