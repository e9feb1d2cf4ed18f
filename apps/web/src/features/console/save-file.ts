/** Hands a file to the reader's browser. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The click only starts the download; the address must outlive it by a moment.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** "web-1-2026-11-22-170301.png", in local time, sortable. */
export function stampedName(name: string, extension: string, at: Date = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${name}-${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${extension}`
}
