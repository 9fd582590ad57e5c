/**
 * Places for large graphs, in time that grows with boxes and arrows only: layers by longest path, their order by where the
 * neighbours stand, then each box as near to its neighbours as the boxes beside it let it. Neighbour: lay-out-graph.ts, which
 * takes finer work for small graphs.
 */
export interface Box {
  readonly key: string;
  /** Along its layer, and across it. */
  readonly breadth: number;
  readonly depth: number;
  /** Keys of boxes that come before it in the list. */
  readonly needs: readonly string[];
}

export interface Gaps {
  readonly between: number;
  readonly layers: number;
}

/** `along` and `across` of each box's nearest corner, from 0. Needs that are not in the list, or come later in it, draw nothing. */
export function layOutLayers(boxes: readonly Box[], gaps: Gaps): ReadonlyMap<string, { readonly along: number; readonly across: number }> {
  const at = new Map(boxes.map((box, index) => [box.key, index]));
  const parents = boxes.map((box, index) => box.needs.flatMap((key) => ((at.get(key) ?? index) < index ? [at.get(key)!] : [])));
  const children: number[][] = boxes.map(() => []);
  parents.forEach((list, index) => list.forEach((parent) => children[parent]!.push(index)));

  const layers = toLayers(parents);
  const centres = new Float64Array(boxes.length);
  for (const layer of layers) placeLayer(layer, boxes, gaps.between, (_, position) => position, centres);
  for (const [order, near] of sweeps(layers, parents, children)) {
    for (const layer of order) {
      const wanted = (index: number) => (near[index]!.length === 0 ? centres[index]! : mean(near[index]!, centres));
      const wishes = new Map(layer.map((index) => [index, wanted(index)]));
      layer.sort((a, b) => wishes.get(a)! - wishes.get(b)! || a - b);
      placeLayer(layer, boxes, gaps.between, (index) => wishes.get(index)!, centres);
    }
  }

  let first = Infinity;
  boxes.forEach((box, index) => (first = Math.min(first, centres[index]! - box.breadth / 2)));
  const places = new Map<string, { along: number; across: number }>();
  let across = 0;
  for (const layer of layers) {
    for (const index of layer) places.set(boxes[index]!.key, { along: centres[index]! - boxes[index]!.breadth / 2 - first, across });
    across += Math.max(...layer.map((index) => boxes[index]!.depth)) + gaps.layers;
  }
  return places;
}

function toLayers(parents: readonly (readonly number[])[]): number[][] {
  const layerOf: number[] = [];
  const layers: number[][] = [];
  parents.forEach((list, index) => {
    const layer = list.reduce((most, parent) => Math.max(most, layerOf[parent]! + 1), 0);
    layerOf.push(layer);
    (layers[layer] ??= []).push(index);
  });
  return layers;
}

type Neighbours = readonly (readonly number[])[];

function* sweeps(layers: number[][], parents: Neighbours, children: Neighbours): Generator<readonly [number[][], Neighbours]> {
  for (let round = 0; round < 3; round++) {
    yield [layers, parents];
    yield [layers.toReversed(), children];
  }
  yield [layers, parents];
}

function mean(indices: readonly number[], centres: Float64Array): number {
  let sum = 0;
  for (const index of indices) sum += centres[index]!;
  return sum / indices.length;
}

/**
 * Boxes in their order, none over another, as near to their wishes as can be (least squares): neighbours that want the same
 * room become one block, which stands at the mean of what its boxes want.
 */
function placeLayer(
  layer: readonly number[],
  boxes: readonly Box[],
  between: number,
  wish: (index: number, position: number) => number,
  centres: Float64Array,
): void {
  const blocks: { sum: number; count: number; indices: number[]; offsets: number[]; length: number }[] = [];
  let before: number | undefined;
  for (const [position, index] of layer.entries()) {
    const step = before === undefined ? 0 : boxes[before]!.breadth / 2 + between + boxes[index]!.breadth / 2;
    before = index;
    let block = { sum: wish(index, position), count: 1, indices: [index], offsets: [0], length: 0 };
    let gap = step;
    for (let last = blocks.at(-1); last && last.sum / last.count + last.length + gap > block.sum / block.count; last = blocks.at(-1)) {
      blocks.pop();
      const shift = last.length + gap;
      block = {
        sum: last.sum + block.sum - shift * block.count,
        count: last.count + block.count,
        indices: append(last.indices, block.indices),
        offsets: append(
          last.offsets,
          block.offsets.map((offset) => offset + shift),
        ),
        length: shift + block.length,
      };
      const earlier = blocks.at(-1)?.indices.at(-1);
      gap = earlier === undefined ? 0 : boxes[earlier]!.breadth / 2 + between + boxes[block.indices[0]!]!.breadth / 2;
    }
    blocks.push(block);
  }
  for (const { sum, count, indices, offsets } of blocks) {
    indices.forEach((index, position) => (centres[index] = sum / count + offsets[position]!));
  }
}

/** The left list is usually the long one: it is grown, not copied. */
function append(left: number[], right: readonly number[]): number[] {
  for (const each of right) left.push(each);
  return left;
}
