/**
 * The closed list of what can go wrong, and the sentences users read.
 *
 * A code is the only thing machines compare. `sentence` is shown to the user above the specific message of the error;
 * `remedy` says what to do next. `kind` decides the transport status and who is expected to act. docs/errors.md is
 * generated from this table, and a test fails when a code is never provoked by one.
 */
export type ErrorKind =
  | 'invalid' // the request is wrong; repeating it will not help
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'conflict' // the state forbids it now
  | 'limit' // too many, too big, too often
  | 'unavailable' // a component is away; repeating later may help
  | 'failed' // it was tried and did not work
  | 'internal' // our fault

interface ErrorCodeInfo {
  readonly kind: ErrorKind
  readonly sentence: string
  readonly remedy: string
  readonly isRetryable: boolean
}

const code = (kind: ErrorKind, sentence: string, remedy: string): ErrorCodeInfo => ({
  kind,
  sentence,
  remedy,
  isRetryable: false,
})

/** A code for what may be gone when the same is tried again later. */
const passing = (kind: ErrorKind, sentence: string, remedy: string): ErrorCodeInfo => ({
  ...code(kind, sentence, remedy),
  isRetryable: true,
})

export const errorCodes = {
  // requests
  INPUT_INVALID: code(
    'invalid',
    'The request has a value that is not allowed.',
    'Correct the named fields and send it again.',
  ),
  NAME_INVALID: code(
    'invalid',
    'That name cannot be used.',
    'Use letters, digits and hyphens, 1 to 63, not at the ends.',
  ),
  NAME_TAKEN: code('conflict', 'Another machine already has that name.', 'Choose another name.'),
  SIZE_INVALID: code('invalid', 'The requested size does not fit.', 'Choose a size within the limits that are named.'),
  IDEMPOTENCY_MISMATCH: code(
    'conflict',
    'This idempotency key was used for a different request.',
    'Use a new key for a new request.',
  ),
  // identity
  SESSION_REQUIRED: code('unauthenticated', 'You are not signed in.', 'Sign in, or send an API token.'),
  CREDENTIALS_INVALID: code('unauthenticated', 'Email or password is wrong.', 'Check both and try again.'),
  RATE_LIMITED: passing('limit', 'Too many attempts.', 'Wait for the time that is named, then try again.'),
  ORIGIN_FORBIDDEN: code('forbidden', 'The request came from another site.', 'Open the panel by its own address.'),
  PERMISSION_DENIED: code(
    'forbidden',
    'You are not allowed to do this.',
    'Ask an administrator for the right that is named.',
  ),
  PASSWORD_CHANGE_REQUIRED: code(
    'forbidden',
    'Your password is one that somebody else knows.',
    'Sign in with a browser and choose a password of your own first.',
  ),
  ACCOUNT_DISABLED: code('forbidden', 'This account is disabled.', 'Ask an administrator of this panel to enable it.'),
  EMAIL_TAKEN: code(
    'conflict',
    'Another user already has that email.',
    'Use another email, or enable that user again.',
  ),
  LAST_ADMIN: code(
    'conflict',
    'This is the last administrator who can sign in.',
    'Make somebody else an administrator first.',
  ),
  TICKET_INVALID: code('forbidden', 'This console ticket is not valid.', 'Open the console again to get a new ticket.'),
  // objects
  VM_NOT_FOUND: code(
    'notFound',
    'There is no such machine.',
    'It may have been deleted; look at the list of machines.',
  ),
  HOST_NOT_FOUND: code('notFound', 'There is no such host.', 'Look at the list of hosts.'),
  IMAGE_NOT_FOUND: code('notFound', 'There is no such image.', 'Choose another image, or import it again.'),
  NETWORK_NOT_FOUND: code('notFound', 'There is no such network.', 'Choose another network.'),
  OPERATION_NOT_FOUND: code('notFound', 'There is no such task.', 'Look at the list of tasks.'),
  OBJECT_NOT_FOUND: code('notFound', 'There is no such object.', 'It may have been removed.'),
  // states
  VM_STATE_CONFLICT: code(
    'conflict',
    'The machine is not in a state that allows this.',
    'See the reason, and wait or change the state first.',
  ),
  VM_BUSY: passing('conflict', 'Another task is changing this machine.', 'Wait for that task to end, or cancel it.'),
  VM_PROTECTED: code('conflict', 'The machine is protected against deletion.', 'Take the protection off first.'),
  HOST_NAME_TAKEN: code(
    'conflict',
    'A host of that name is online.',
    'Choose another name, or revoke that host first.',
  ),
  HOST_IN_USE: code(
    'conflict',
    'The host holds what exists nowhere else.',
    'Move or delete what is listed, then remove the host.',
  ),
  HOST_NOT_EMPTY: code(
    'conflict',
    'Some machines are still on the host.',
    'The message says why for each; move, shut down or delete them, or empty the host again.',
  ),
  HOST_DRAINING: code('conflict', 'The host is being emptied.', 'Wait until that has ended, or stop it first.'),
  NETWORK_NAME_TAKEN: code('conflict', 'Another network already has that name.', 'Choose another name.'),
  NETWORK_IN_USE: code(
    'conflict',
    'Machines have an interface on the network.',
    'Delete those machines, or keep the network.',
  ),
  IMAGE_IN_USE: code('conflict', 'The image is in use by machines.', 'Delete those machines, or keep the image.'),
  IMAGE_NOT_READY: passing('conflict', 'The image is not ready.', 'Wait for its import to end.'),
  OPERATION_NOT_RETRYABLE: code(
    'conflict',
    'The task cannot be tried again.',
    'Its message says why; ask anew where it was asked first.',
  ),
  OPERATION_NOT_CANCELLABLE: code('conflict', 'The task can no longer be cancelled.', 'Wait for it to end.'),
  REVISION_CONFLICT: code(
    'conflict',
    'Somebody else changed this in the meantime.',
    'Look at the new values and apply your change again.',
  ),
  EPOCH_STALE: code(
    'conflict',
    'This command comes from an owner that has been replaced.',
    'Nothing to do: the newer owner goes on.',
  ),
  // capacity
  HOST_CAPACITY: code(
    'conflict',
    'No host has room for this machine.',
    'Free memory or disk, or choose a smaller size.',
  ),
  HOST_UNFIT: code(
    'conflict',
    'The machine cannot run on that host.',
    'The message says why; choose another host, or change what it names.',
  ),
  POOL_FULL: code(
    'conflict',
    'The storage pool has not enough free space.',
    'Delete what is not needed, or enlarge the pool.',
  ),
  // pools
  POOL_NAME_TAKEN: code('conflict', 'Another pool already has that name.', 'Choose another name.'),
  POOL_UNAVAILABLE: passing(
    'unavailable',
    'The storage pool cannot be used on that host.',
    'Mount its file system there, or bring its server back; the message says what is the matter.',
  ),
  POOL_WRONG: code(
    'conflict',
    'The directory is not that pool.',
    'Mount the right file system, or choose the directory that all the hosts see.',
  ),
  POOL_IN_USE: code(
    'conflict',
    'The host has machines with disks in that pool.',
    'Move or delete the machines that are listed first.',
  ),
  VOLUME_FOREIGN: code(
    'conflict',
    "The disk is not one of this host's machines.",
    'Nothing to do: the host that has the machine looks after its disks.',
  ),
  CONSOLE_HELD: code(
    'conflict',
    'Somebody else has taken over the console.',
    'Ask the one who is named to let go, or take over the console yourself.',
  ),
  CONSOLE_LIMIT: passing('limit', 'Too many open consoles.', 'Close a console that is not needed.'),
  // images
  IMAGE_UNSAFE: code(
    'invalid',
    'The image refers to other files and is refused.',
    'Flatten the image (no backing or data file) and import it again.',
  ),
  IMAGE_FORMAT_UNSUPPORTED: code(
    'invalid',
    'The image has a format that is not supported.',
    'Convert it to qcow2 or raw.',
  ),
  IMAGE_CORRUPT: code('invalid', 'The image is damaged or incomplete.', 'Download it again and check its checksum.'),
  IMAGE_CHECKSUM_MISMATCH: code(
    'failed',
    'The downloaded image does not have the expected checksum.',
    'Check the checksum and the address.',
  ),
  IMAGE_DOWNLOAD_FAILED: passing(
    'failed',
    'The image could not be downloaded.',
    'Check the address and whether the host reaches it.',
  ),
  URL_FORBIDDEN: code('invalid', 'That address may not be fetched.', 'Use a public http or https address.'),
  // QEMU and host
  QEMU_START_FAILED: code('failed', 'QEMU ended at once.', 'Its last lines say why; see the details.'),
  QEMU_EXITED: code(
    'failed',
    'QEMU ended unexpectedly.',
    'See its last lines in the details; start the machine again.',
  ),
  QMP_REFUSED: code('failed', 'QEMU refused the command.', "See QEMU's own words in the details."),
  QMP_TIMEOUT: passing(
    'unavailable',
    'QEMU did not answer in time.',
    'The machine may be stuck; look at its console, or stop it.',
  ),
  QMP_INTERRUPTED: passing(
    'unavailable',
    'The connection to QEMU was lost before the answer.',
    "The outcome is read from QEMU's state.",
  ),
  QMP_PROTOCOL: code(
    'internal',
    'QEMU sent something that is not understood.',
    'Report this with the flight recorder of the machine.',
  ),
  QMP_UNAVAILABLE: passing('unavailable', 'QEMU cannot be reached.', 'The machine is probably not running.'),
  GUEST_IGNORED_SHUTDOWN: code(
    'failed',
    'The guest did not shut down in time.',
    'Shut down from within the guest, or use Stop to cut its power.',
  ),
  GUEST_AGENT_UNAVAILABLE: passing(
    'unavailable',
    'The guest agent does not answer.',
    'Install and start qemu-guest-agent in the guest.',
  ),
  COMMAND_FAILED: code('failed', 'A program on the host failed.', 'See its last lines in the details.'),
  COMMAND_TIMEOUT: passing(
    'failed',
    'A program on the host took too long.',
    'See the details; try again when the host is less busy.',
  ),
  NETWORK_SETUP_FAILED: code(
    'failed',
    "The host's network could not be set up.",
    'See the details; user-mode networking works without it.',
  ),
  // moves
  MOVE_FAILED: passing(
    'failed',
    'The machine could not be moved; it stays where it was.',
    "See QEMU's own words in the details, and try again or choose another host.",
  ),
  MOVE_NOT_CONVERGING: passing(
    'failed',
    'The guest writes memory or disks faster than they can be sent; it runs on where it was.',
    'Move it when it has less to do, allow a longer pause, or give the move more bandwidth.',
  ),
  MOVE_MEMORY_LOST: code(
    'failed',
    'Memory of the machine was lost on its way to another host.',
    'Stop it, if it still stands where it went, and start it again: its disks are whole.',
  ),
  MOVE_REFUSED_BY_TARGET: code(
    'conflict',
    'The other host does not take the machine; it stays where it was.',
    'The message says why; choose another host, or mend that one.',
  ),
  MOVE_BLOCKED: code(
    'conflict',
    'Something of the machine keeps it from moving.',
    "The message has QEMU's own words: take away what it names, or move the machine while it is off.",
  ),
  FORECAST_UNAVAILABLE: passing(
    'unavailable',
    'It cannot be measured how this move would go.',
    'The move itself may work all the same; only its length cannot be told beforehand.',
  ),
  // processes
  HOST_UNREACHABLE: passing(
    'unavailable',
    'The host does not answer.',
    'Its machines may still run. Check the host and its agent.',
  ),
  AGENT_INCOMPATIBLE: code('unavailable', "The host's agent speaks another version.", 'Update the agent on that host.'),
  DATABASE_UNAVAILABLE: passing(
    'unavailable',
    'The database does not answer.',
    'Running machines are not affected. Try again shortly.',
  ),
  JOIN_REFUSED: code('forbidden', 'The host may not join.', 'Make a new join command on the hosts page.'),
  OPERATION_INTERRUPTED: code(
    'unavailable',
    'The task was interrupted; its outcome is not known.',
    'Look at the state of the machine, then try again.',
  ),
  OPERATION_CANCELLED: code('conflict', 'The task was cancelled.', 'Start it again if it is still wanted.'),
  TIMEOUT: passing('unavailable', 'It took too long.', 'Try again.'),
  INTERNAL: code(
    'internal',
    'Something went wrong inside Berth.',
    'Try again; if it stays, report it with the task report.',
  ),
} as const satisfies Record<string, ErrorCodeInfo>

export type ErrorCode = keyof typeof errorCodes

export const errorCodeNames = Object.keys(errorCodes).filter((name): name is ErrorCode => name in errorCodes)

/** The table row of a code: kind, sentence, remedy and whether repeating may help. */
export const errorCodeInfo = (name: ErrorCode): ErrorCodeInfo => errorCodes[name]
