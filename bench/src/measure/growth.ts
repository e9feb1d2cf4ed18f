/** How a cost grows with the number of things that cause it. */

export interface CostAtSize {
  readonly size: number
  readonly cost: number
}

/**
 * The exponent e of cost ~ size^e that fits best: 0 for a cost that does not depend on the size, 1 for one that is the same
 * for each, above 1 for one that rises for each as they get more. Throws for what has no logarithm and for fewer than two sizes.
 */
export function growthExponent(costs: readonly CostAtSize[]): number {
  const points = costs.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }))
  if (points.some(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y)))
    throw new Error('a size or cost of nothing')
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const spread = points.reduce((total, { x }) => total + (x - meanX) ** 2, 0)
  if (!(spread > 0)) throw new Error('growth needs two sizes')
  return points.reduce((total, { x, y }) => total + (x - meanX) * (y - meanY), 0) / spread
}

const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length
