import { buttonClasses } from '@berth/ui/button-classes'
import { NothingHere } from '../features/shell/nothing-here.tsx'
import { paths } from '../lib/paths.ts'

/** Outside of the shell. Every page brings this one along, so it is made of what needs no code in the browser. */
export default function NotFound() {
  return (
    <NothingHere
      action={
        <a href={paths.dashboard()} className={buttonClasses({ variant: 'primary' })}>
          Go to the dashboard
        </a>
      }
    />
  )
}
