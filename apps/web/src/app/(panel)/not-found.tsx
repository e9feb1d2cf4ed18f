import { Button } from '@berth/ui/button'
import Link from 'next/link'
import { NothingHere } from '../../features/shell/nothing-here.tsx'
import { paths } from '../../lib/paths.ts'

export default function NotFound() {
  return (
    <NothingHere
      action={
        <Button asChild variant="primary">
          <Link href={paths.dashboard()}>Go to the dashboard</Link>
        </Button>
      }
    />
  )
}
