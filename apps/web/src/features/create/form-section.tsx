import { type ReactNode, useId } from 'react'

export interface FormSectionProps {
  /** Where the side nav leads. */
  id: string
  title: string
  description?: ReactNode
  children: ReactNode
}

export function FormSection({ id, title, description, children }: FormSectionProps) {
  const headingId = useId()
  return (
    <section id={id} aria-labelledby={headingId} className="scroll-mt-20">
      <h2 id={headingId} className="text-base font-semibold">
        {title}
      </h2>
      {description !== undefined && <p className="text-ink-3 mt-0.5 text-xs">{description}</p>}
      <div className="mt-3 flex flex-col gap-4">{children}</div>
    </section>
  )
}
