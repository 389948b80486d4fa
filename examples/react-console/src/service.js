// The console's connection to the volume service. Only this file knows the token.

/** A project in the sandbox. A real console uses the project that its user has chosen. */
export const projectId = "dd14c6ac581f40059e27f5320b60bf2f";

const token = "demo-token-a";

/** Sends a request with the token. */
export function send(request) {
  request.headers.set("X-Auth-Token", token);
  return fetch(request);
}

export async function loadVolumes() {
  const response = await send(new Request(`/v2/${projectId}/cloudvolumes/detail`));
  if (!response.ok) throw new Error(`The list of volumes couldn't be loaded (${response.status}).`);
  return (await response.json()).volumes;
}
