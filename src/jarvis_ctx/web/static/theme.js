// Before anything is painted: the theme that was chosen here last, else that of the system.
const chosen = localStorage.getItem("jarvis-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
