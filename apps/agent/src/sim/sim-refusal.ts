/** What a simulated QEMU answers instead of doing something: told as QEMU tells it. */
export class SimRefusal extends Error {
  readonly errorClass: string

  constructor(message: string, errorClass = 'GenericError') {
    super(message)
    this.errorClass = errorClass
  }
}
