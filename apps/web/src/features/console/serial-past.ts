/**
 * How much of a machine's serial output a terminal has shown, over all sessions. A host replays what its own history holds;
 * that of a host the machine has just moved to begins with the move, until the earlier part is brought. Then the terminal, which has the rest, is not
 * emptied: what the new host has is put behind it, each byte once.
 */
interface Replay {
  /** Bytes that follow, and those that were cut from among them. */
  bytes: number
  droppedBytes: number
}

export interface SerialPast {
  /** A history follows. `anew`: it holds all, so the terminal is to be emptied; `goesOn`: it is a part of what is shown. */
  begin: (replay: Replay) => 'anew' | 'goesOn'
  /** Bytes that came; answers with those that were not shown yet. */
  add: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

export function makeSerialPast(): SerialPast {
  /** Bytes the machine has written, as far as this terminal knows, and how many of them the present host does not have. */
  let end = 0
  let elsewhere = 0
  let skip = 0
  return {
    begin({ bytes, droppedBytes }) {
      const total = bytes + droppedBytes
      // It has been brought what the other host had: from then on it has all.
      if (total >= end) elsewhere = 0
      else if (elsewhere + total < end) elsewhere = end
      if (elsewhere === 0) {
        skip = 0
        end = droppedBytes
        return 'anew'
      }
      skip = Math.max(0, end - elsewhere - droppedBytes)
      return 'goesOn'
    },
    add(bytes) {
      const fresh = bytes.subarray(Math.min(skip, bytes.length))
      skip -= bytes.length - fresh.length
      end += fresh.length
      return fresh
    },
  }
}
