/**
 * Two-terminal elements with one constant value, as structure of arrays that grow by doubling: the
 * 200,000 resistors of a crossbar cost 28 bytes each instead of an object.
 */
export interface PlainElements {
  count: number;
  /** Number of the device's name in `Block.deviceNames`. */
  device: Int32Array;
  /** Two local node numbers each. */
  nodes: Int32Array;
  values: Float64Array;
  /** See `locate`. */
  places: Int32Array;
}

export const createPlainElements = (): PlainElements => ({
  count: 0,
  device: new Int32Array(0),
  nodes: new Int32Array(0),
  values: new Float64Array(0),
  places: new Int32Array(0),
});

export function pushPlainElement(
  elements: PlainElements,
  device: number,
  first: number,
  second: number,
  value: number,
  place: number,
): void {
  const k = elements.count;
  if (k === elements.device.length) growTo(elements, Math.max(16, 2 * k));
  elements.device[k] = device;
  elements.nodes[2 * k] = first;
  elements.nodes[2 * k + 1] = second;
  elements.values[k] = value;
  elements.places[k] = place;
  elements.count = k + 1;
}

function growTo(elements: PlainElements, capacity: number): void {
  const { device, nodes, values, places } = elements;
  elements.device = new Int32Array(capacity);
  elements.device.set(device);
  elements.nodes = new Int32Array(2 * capacity);
  elements.nodes.set(nodes);
  elements.values = new Float64Array(capacity);
  elements.values.set(values);
  elements.places = new Int32Array(capacity);
  elements.places.set(places);
}
