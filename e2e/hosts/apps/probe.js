// Exercises the package in every host: strings in both directions, lists, and a response.

const ID = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const volume = { id: ID, status: "in-use", bootable: "true" };
const body = JSON.stringify({ transfer: { id: "t", auth_key: "k", volume_id: ID, name: "卷" } });

export async function probe(api) {
  await api.init();
  return JSON.stringify([
    api.validateTransferName("  卷 1 "),
    api.validateTransferName("\ud800", { service: "cinder" }),
    api.checkEligibility(volume),
    api.screenVolumes(JSON.stringify({ volumes: [volume] })).id(0),
    api.createTransferRequest({ projectId: "p", volumeId: ID, name: "卷" }),
    api.readCreateResponse({ status: 202, body, volumeId: ID }),
    api.explain(api.validateTransferName(" "), { "name.blank": "空" }),
  ]);
}
