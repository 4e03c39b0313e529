/** The outputs of stacks as shell assignments: `export Shop_Url='https://…'`. */
export function assignments(stacks: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(stacks)
    .flatMap(([stack, outputs]) => Object.entries(outputs).map(([output, value]) => [`${stack}_${output}`, value]))
    .map(([name, value]) => `export ${name.replace(/\W/g, '_')}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
}
