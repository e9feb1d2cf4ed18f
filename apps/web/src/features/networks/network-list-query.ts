/** The input of `network.list`, the same for the page's prefetch and the browser. */
export const networkListInput = { limit: 50 }
