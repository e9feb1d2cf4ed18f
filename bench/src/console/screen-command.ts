/** The synthetic screen's commands, for its clients: 32 bytes of text, padded with blanks. */
export const commandBytes = 32

export const screenCommand = (...words: readonly (string | number)[]): Buffer =>
  Buffer.from(words.join(' ').padEnd(commandBytes), 'latin1')
