const qualities = ['brisk', 'calm', 'bright', 'keen', 'steady', 'swift', 'sturdy', 'gentle', 'quiet', 'bold', 'lucky']
const vessels = ['ketch', 'cutter', 'sloop', 'ferry', 'tug', 'barge', 'clipper', 'dory', 'skiff', 'yawl', 'lugger']

/** A name to start from: "brisk-ketch-42". `pick` answers 0 to below 1. */
export function suggestName(pick: () => number = Math.random): string {
  const one = (words: readonly string[]) => words[Math.floor(pick() * words.length)] ?? words[0]
  return `${one(qualities)}-${one(vessels)}-${Math.floor(pick() * 90) + 10}`
}
