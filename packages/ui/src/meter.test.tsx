import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Meter } from './meter.tsx'

const html = (used: number, extra = 0) =>
  renderToStaticMarkup(<Meter label="Memory" used={used} extra={extra} total={100} text={`${used} of 100`} />)

describe('Meter', () => {
  it('turns amber and red at its limits, counting what would be added', () => {
    expect(html(79)).toContain('bg-accent')
    expect(html(80)).toContain('bg-warn')
    expect(html(60, 36)).toContain('bg-bad')
  })

  it('never draws past its end', () => {
    expect(html(150, 50)).toContain('width:100%')
    expect(html(150, 50)).toContain('width:0%')
    expect(renderToStaticMarkup(<Meter label="x" used={1} total={0} text="none" />)).not.toContain('NaN')
  })
})
