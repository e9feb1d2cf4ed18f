/**
 * For a layer's `onCloseAutoFocus`: the primitive hands the focus back to the trigger a moment after the layer has gone. Whoever
 * has put it elsewhere by then, say into a console to type, keeps it; otherwise those keys would go to the button.
 */
export function returnFocus(event: Event): void {
  const { activeElement } = document
  if (activeElement !== null && activeElement !== document.body) event.preventDefault()
}
