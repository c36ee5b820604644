// The roster goes up and in with a progress bar; without this script the form does the same and waits.
const form = document.querySelector("#roster");
const shown = document.querySelector("#progress");
const show = (text, part) => {
  shown.hidden = false;
  shown.querySelector("span").textContent = text;
  shown.querySelector("progress").value = part;
};
const fail = (why) => {
  shown.classList.add("wrong");
  show(`未导入：${why}`, 0);
  form.querySelector("button").disabled = false;
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  shown.classList.remove("wrong");
  form.querySelector("button").disabled = true;
  const request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => show(`正在上传 ${Math.round((100 * loaded) / total)}%`, loaded / total);
  request.onprogress = () => {
    const lines = request.responseText.split("\n").slice(0, -1);
    const said = JSON.parse(lines.at(-1) ?? "{}");
    if (said.rows !== undefined) show(`正在导入，已读 ${said.rows} / ${said.of} 行`, said.rows / Math.max(said.of, 1));
  };
  request.onload = () => {
    const last = request.responseText.trim().split("\n").at(-1);
    const said = request.status === 200 ? JSON.parse(last) : { wrong: "请重新登录后再试" };
    if (said.wrong) return fail(said.wrong);
    location.hash = "report";
    location.reload();
  };
  request.onerror = () => fail("网络中断，请刷新页面查看是否已导入");
  request.open("POST", `${form.getAttribute("action")}/roster/watched`);
  request.send(new FormData(form));
});
