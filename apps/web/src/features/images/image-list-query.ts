/** The input of `image.list`, the same for the page's prefetch and the browser. */
export const imageListInput = (text: string) => ({ limit: 60, filter: text.trim() === '' ? {} : { text: text.trim() } })
