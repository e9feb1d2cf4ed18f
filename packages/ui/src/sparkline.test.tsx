import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Sparkline } from './sparkline.tsx'

describe('Sparkline', () => {
  it('leaves a gap where nothing was measured', () => {
    const line = renderToStaticMarkup(<Sparkline label="CPU" max={10} values={[1, 5, null, 5, 1]} />)
    const stroked = /d="([^"]+)" fill="none"/.exec(line)?.[1] ?? ''
    expect(stroked.match(/M/g)).toHaveLength(2)
    expect(stroked).not.toContain('NaN')
  })

  it('draws nothing, and nothing broken, for no values', () => {
    expect(renderToStaticMarkup(<Sparkline label="CPU" values={[]} />)).not.toContain('NaN')
  })
})
