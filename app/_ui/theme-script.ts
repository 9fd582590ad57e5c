/** Sets the chosen theme before anything is painted; see theme.ts. */
export const themeScript = `try{var t=localStorage.getItem("heddle.theme");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t;if(localStorage.getItem("heddle.rail")==="narrow")document.documentElement.dataset.rail="narrow"}catch(e){}`;
