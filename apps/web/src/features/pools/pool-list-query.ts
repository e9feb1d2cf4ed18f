/** The input of `pool.list`, the same for the page's prefetch and the browser. */
export const poolListInput = { limit: 100 }
