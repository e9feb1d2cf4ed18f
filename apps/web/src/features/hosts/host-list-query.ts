/** The input of `host.list`, the same for the page's prefetch and the browser. */
export const hostListInput = { limit: 50 }
