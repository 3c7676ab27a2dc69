export default function nothing(): void {}
