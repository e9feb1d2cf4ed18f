'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { EmptyState } from '@berth/ui/empty-state'
import { Disc3, Plus, Server, Ship } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'

export interface FirstRunProps {
  /** Null for those who may not see hosts. */
  hostCount: number | null
  readyImageCount: number
}

/** Before the first machine: the one thing to do next. */
export function FirstRun({ hostCount, readyImageCount }: FirstRunProps) {
  if (hostCount === 0) {
    return (
      <Step icon={<Server aria-hidden />} title="Add the first host" href={paths.hosts()} label="Add a host">
        Machines run on hosts. Adding one is a single command to paste.
      </Step>
    )
  }
  if (readyImageCount === 0) {
    return (
      <Step icon={<Disc3 aria-hidden />} title="Bring an image" href={paths.images()} label="Go to images">
        A machine starts from an image of a disk. Import one from an address.
      </Step>
    )
  }
  return (
    <Step
      icon={<Ship aria-hidden />}
      title="Ready for the first machine"
      href={paths.newMachine()}
      label="Create machine"
    >
      A host is online and an image is there. It boots on this screen within seconds.
    </Step>
  )
}

interface StepProps {
  icon: React.ReactNode
  title: string
  href: string
  label: string
  children: string
}

function Step({ icon, title, href, label, children }: StepProps) {
  return (
    <Card>
      <EmptyState
        icon={icon}
        title={title}
        action={
          <Button asChild variant="primary" size="lg">
            <Link href={href}>
              <Plus aria-hidden />
              {label}
            </Link>
          </Button>
        }
      >
        {children}
      </EmptyState>
    </Card>
  )
}
