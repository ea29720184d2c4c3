export const processBlock = ({ log, shared, signal, emit, ...rest }) => ({ ...rest });
